package import Foundation

/// The web console's files, read once: they are few, and a build that replaces them under a running process can't mix
/// two versions.
package struct ConsoleBundle: Sendable {
    struct Asset: Sendable {
        let contentType: String
        let bytes: [UInt8]
        /// The same, compressed when the bundle was made.
        let gzipped: [UInt8]?
    }

    /// `nil` when the console has not been built.
    let page: Asset?
    /// By path, beginning with `/assets/`. Their names hold a hash of their content.
    let assets: [String: Asset]

    static let assetsPath = "/assets/"
    /// A folder that holds more than this is not a bundle of ours. Bytes.
    private static let largest = 16 << 20

    /// A bundle that is not there: every page says how to make it.
    package static let missing = ConsoleBundle(page: nil, assets: [:])

    /// - Parameter folder: holds `index.html` and `assets/`, each file also as `.gz` where that is smaller.
    /// - Throws: when files that are there can't be read.
    package static func load(from folder: URL) throws -> ConsoleBundle {
        let index = folder.appending(path: "index.html")
        guard FileManager.default.fileExists(atPath: index.path) else { return .missing }
        var room = largest
        let page = try read(index, &room)
        var assets: [String: Asset] = [:]
        let files = folder.appending(path: "assets", directoryHint: .isDirectory)
        for name in try FileManager.default.contentsOfDirectory(atPath: files.path) where !name.hasSuffix(".gz") {
            assets[assetsPath + name] = try read(files.appending(path: name), &room)
        }
        return ConsoleBundle(page: page, assets: assets)
    }

    /// Where a console is looked for when no setting names its folder: beside the program as installed, then in the
    /// source tree that the program was built in.
    package static func usualFolder(program: URL) -> URL? {
        var folder = program.resolvingSymlinksInPath().deletingLastPathComponent()
        var candidates = [folder.appending(path: "console"), folder.appending(path: "../share/edgewright/console")]
        for _ in 0..<4 {
            folder.deleteLastPathComponent()
            candidates.append(folder.appending(path: "Web/dist"))
        }
        return candidates.first { FileManager.default.fileExists(atPath: $0.appending(path: "index.html").path) }
    }

    private static func read(_ file: URL, _ room: inout Int) throws -> Asset {
        let bytes = try Data(contentsOf: file)
        let gzipped = try? Data(contentsOf: file.appendingPathExtension("gz"))
        room -= bytes.count + (gzipped?.count ?? 0)
        guard room >= 0 else { throw TooLargeError(file: file.path) }
        return Asset(
            contentType: contentType(file.pathExtension), bytes: [UInt8](bytes), gzipped: gzipped.map { [UInt8]($0) })
    }

    private static func contentType(_ suffix: String) -> String {
        switch suffix {
        case "html": "text/html; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        case "woff2": "font/woff2"
        case "json": "application/json"
        default: "application/octet-stream"
        }
    }

    struct TooLargeError: Error, CustomStringConvertible {
        let file: String
        var description: String { "the console's folder holds more than \(ConsoleBundle.largest >> 20) MiB at \(file)" }
    }
}
