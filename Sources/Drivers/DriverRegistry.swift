package import Fleet

/// The driver of each category.
package struct DriverRegistry: Sendable {
    private let drivers: [ServiceCategory: any ServiceDriver]

    package init(_ drivers: [any ServiceDriver] = Self.all) {
        self.drivers = Dictionary(drivers.map { ($0.category, $0) }) { _, last in last }
    }

    package static let all: [any ServiceDriver] = [
        NeuronEXDriver(), NeuronDriver(), EKuiperDriver(), CustomDriver(),
    ]

    /// - Throws: `.unsupported` for a category without a driver.
    package func driver(for category: ServiceCategory) throws -> any ServiceDriver {
        guard let driver = drivers[category] else {
            throw EdgewrightError(.unsupported, "Services of category \(category.rawValue) are not supported.")
        }
        return driver
    }
}
