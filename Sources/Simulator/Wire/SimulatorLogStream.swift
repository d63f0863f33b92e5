import Foundation
import NIOCore

/// A client that reads a service's log as it is written. Lives on its connection's event loop.
final class SimulatorLogStream {
    var task: RepeatedTask?
    private let instance: SimulatedInstance
    private let client: String
    private let generation: Int64
    private var number = 0

    init(instance: SimulatedInstance, client: String) {
        self.instance = instance
        self.client = client
        generation = instance.generation(at: Date().timeIntervalSince1970)
        instance.addStreamClient(client)
    }

    /// Streams end when the service goes away or starts anew.
    var isServiceUp: Bool {
        instance.faults.offline != true && instance.generation(at: Date().timeIntervalSince1970) == generation
    }

    /// The next event.
    func next() -> String {
        defer { number += 1 }
        return "data: \(instance.streamedLine(number, at: Date().timeIntervalSince1970))\n\n"
    }

    func stop() {
        task?.cancel()
        instance.removeStreamClient(client)
    }
}
