package import Foundation

/// The program as it was built for this test run: it lies beside the tests.
package enum Program {
    package static var url: URL {
        Bundle(for: Anchor.self).bundleURL.appending(path: "edgewright")
    }

    private final class Anchor {}
}
