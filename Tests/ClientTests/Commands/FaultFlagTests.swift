import Testing

@testable import edgewright

struct FaultFlagTests {
    @Test(arguments: [
        ("3:offline", [3]), ("*:slow=200", Array(1...40)), ("5%:offline", [20, 40]), ("100%:hang", Array(1...40)),
        ("41:offline", []), ("7.5%:offline", [14, 27, 40]),
    ])
    func `a fault says which services of the fleet it is of`(text: String, numbers: [Int]) {
        #expect(FaultFlag(argument: text)?.numbers(of: 40) == numbers)
    }

    @Test(arguments: ["offline", "x:offline", "0:offline", "3:nonsense", "120%:offline", "3"])
    func `what is no fault is refused`(text: String) {
        #expect(FaultFlag(argument: text) == nil)
    }
}
