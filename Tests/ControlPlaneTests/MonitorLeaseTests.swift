import Fleet
import Foundation
import Store
import TestSupport
import Testing

@testable import ControlPlane

@Suite struct MonitorLeaseTests {
    @Test func `a file's next control plane does not wait for the lease of one that was killed`() async throws {
        try await withDatabase(on: .sqlite) { database in
            let now = Timestamp(Date())
            let isTaken = try await database.write {
                try $0.acquireLease("monitor", holder: "killed", now: now, expiresAt: now + .seconds(3600))
            }
            #expect(isTaken)
            try await withControlPlane(over: database, ControlPlaneWorldSettings()) { world in
                // The lease lasts an hour, so that it is held at all proves it.
                let end = ContinuousClock.now + .seconds(60)
                while !world.plane.monitor.leadership.isHeld, ContinuousClock.now < end {
                    try await Task.sleep(for: .milliseconds(20))
                }
                #expect(world.plane.monitor.leadership.isHeld)
            }
        }
    }
}
