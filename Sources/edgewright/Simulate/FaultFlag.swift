import ArgumentParser
import Simulator

/// A fault that is on from the start, and where: `3:offline`, `*:slow=200`, `5%:driver-failure`.
struct FaultFlag: ExpressibleByArgument, CustomStringConvertible {
    enum Place: Equatable {
        /// Counted from 1.
        case one(Int)
        case all
        /// So many of a hundred, spread evenly over the fleet.
        case share(Double)
    }

    let place: Place
    /// As `SimulatedFaults.set` takes it.
    let fault: String
    /// As it was written.
    let description: String

    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1).map(String.init)
        var probe = SimulatedFaults()
        guard parts.count == 2, let place = Self.place(parts[0]), probe.set(parts[1]) else { return nil }
        self.place = place
        fault = parts[1]
        description = argument
    }

    private static func place(_ text: String) -> Place? {
        if text == "*" { return .all }
        if text.hasSuffix("%") {
            return Double(text.dropLast()).flatMap { (0...100).contains($0) ? .share($0) : nil }
        }
        return Int(text).flatMap { $0 > 0 ? .one($0) : nil }
    }

    /// The numbers, from 1, that are meant in a fleet of `count`.
    func numbers(of count: Int) -> [Int] {
        switch place {
        case .all: Array(1...count)
        case .one(let number): number <= count ? [number] : []
        case .share(let share):
            (1...count).filter {
                (Double($0) * share / 100).rounded(.down) > (Double($0 - 1) * share / 100).rounded(.down)
            }
        }
    }
}
