import Fleet
import Testing

@Suite struct MaintenanceWindowTests {
    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    @Test func `a window is open from its beginning until its end, on its days, in its zone`() throws {
        let window = MaintenanceWindow(days: [.saturday], from: "02:00", to: "04:00", timeZone: "Europe/Berlin")
        // In winter Berlin is an hour ahead.
        #expect(try !window.isOpen(at: time("2027-01-16T00:59:59Z")))
        #expect(try window.isOpen(at: time("2027-01-16T01:00:00Z")))
        #expect(try window.isOpen(at: time("2027-01-16T02:59:59Z")))
        #expect(try !window.isOpen(at: time("2027-01-16T03:00:00Z")))
        #expect(try !window.isOpen(at: time("2027-01-17T01:30:00Z")))
        #expect(try window.nextOpening(after: time("2027-01-16T03:00:00Z")) == time("2027-01-23T01:00:00Z"))
        #expect(try window.nextOpening(after: time("2027-01-16T02:00:00Z")) == time("2027-01-16T02:00:00Z"))
    }

    @Test func `a window that ends before it begins reaches into the next day`() throws {
        let window = MaintenanceWindow(days: [.friday], from: "22:00", to: "05:00", timeZone: "UTC")
        #expect(try window.isOpen(at: time("2027-01-15T22:00:00Z")))
        #expect(try window.isOpen(at: time("2027-01-16T04:59:00Z")))
        #expect(try !window.isOpen(at: time("2027-01-16T05:00:00Z")))
        #expect(try !window.isOpen(at: time("2027-01-16T22:30:00Z")))
        #expect(try window.nextOpening(after: time("2027-01-16T05:00:00Z")) == time("2027-01-22T22:00:00Z"))
    }

    @Test func `no days are all days, and the same times a whole day`() throws {
        let daily = MaintenanceWindow(from: "10:00", to: "11:00", timeZone: "UTC")
        #expect(try daily.nextOpening(after: time("2027-01-15T11:00:00Z")) == time("2027-01-16T10:00:00Z"))
        let sunday = MaintenanceWindow(days: [.sunday], from: "00:00", to: "00:00", timeZone: "UTC")
        #expect(try sunday.isOpen(at: time("2027-01-17T00:00:00Z")))
        #expect(try sunday.isOpen(at: time("2027-01-17T23:59:59Z")))
        #expect(try !sunday.isOpen(at: time("2027-01-18T00:00:00Z")))
    }

    @Test func `on the day the clocks go forward a time that is left out is the next one`() throws {
        // In Berlin 02:00 to 03:00 does not exist on 2027-03-28.
        let window = MaintenanceWindow(from: "02:30", to: "05:00", timeZone: "Europe/Berlin")
        let opening = try #require(window.nextOpening(after: time("2027-03-28T00:00:00Z")))
        #expect(try opening >= time("2027-03-28T01:00:00Z") && opening <= time("2027-03-28T01:30:00Z"))
        #expect(try window.isOpen(at: time("2027-03-28T02:59:00Z")))
        #expect(try !window.isOpen(at: time("2027-03-28T03:00:00Z")))
    }

    @Test(arguments: ["24:00", "1:00", "12:60", "noon", "", "12:00:00", "１２:00"])
    func `a time that is none is refused by name`(text: String) {
        let window = MaintenanceWindow(from: text, to: "05:00", timeZone: "Mars/Olympus")
        let error = #expect(throws: EdgewrightError.self) { try window.validate() }
        #expect(error?.fields.map(\.field) == ["policy.window.from", "policy.window.timeZone"])
    }
}
