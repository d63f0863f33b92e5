import Testing

@testable import ControlPlane

@Suite struct BatchMailboxTests {
    @Test func `who waits is woken by the bell, and does not wake the next who waits`() async {
        let mailbox = BatchMailbox()
        let clock = ContinuousClock()
        mailbox.ring()
        let woken = await clock.measure { await mailbox.wait(atMost: .seconds(60)) }
        #expect(woken < .seconds(30))
        let slept = await clock.measure { await mailbox.wait(atMost: .milliseconds(300)) }
        #expect(slept >= .milliseconds(300))
    }
}
