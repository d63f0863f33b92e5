package import NIOCore

/// Runs tasks on one event loop, so that what a connection's task does between its reads and writes changes no thread.
///
/// Only for tasks that never block: each holds up everything else on the loop.
package final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    package init(_ loop: any EventLoop) { self.loop = loop }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        loop.execute { job.runSynchronously(on: executor) }
    }
}
