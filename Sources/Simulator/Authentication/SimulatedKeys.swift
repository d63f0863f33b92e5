import CryptoExtras
import Foundation
import NIOConcurrencyHelpers

/// The public keys a fleet knows, by the whole name of their file.
final class SimulatedKeys: Sendable {
    /// A folder is read again this often at most, however many unknown names come.
    private static let patience = 0.5
    private static let maximumFile = 64 << 10

    private struct State {
        var keys: [String: _RSA.Signing.PublicKey]
        var readAt = 0.0
    }

    private let folder: URL?
    private let state: NIOLockedValueBox<State>

    /// - Throws: when a given key is not an RSA public key in PEM, or the folder can't be read.
    init(_ configuration: SimulatedAuthenticationConfiguration) throws {
        folder = configuration.keyFolder
        let given = try configuration.publicKeys.mapValues { try _RSA.Signing.PublicKey(pemRepresentation: $0) }
        state = NIOLockedValueBox(State(keys: given))
        guard let folder else { return }
        let found = try Self.read(folder)
        state.withLockedValue { $0.keys.merge(found) { $1 } }
    }

    /// NeuronEX takes the key from the file that is named exactly like the issuer: `edgewright.pub`.
    func key(of issuer: String, at now: Double) -> _RSA.Signing.PublicKey? {
        state.withLockedValue { state in
            if let known = state.keys[issuer] { return known }
            guard let folder, now - state.readAt > Self.patience else { return nil }
            state.readAt = now
            state.keys.merge((try? Self.read(folder)) ?? [:]) { $1 }
            return state.keys[issuer]
        }
    }

    /// Whatever else lies there is passed over: in NeuronEX it is the folder of all configuration.
    private static func read(_ folder: URL) throws -> [String: _RSA.Signing.PublicKey] {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: [.fileSizeKey])
        let keys = files.compactMap { file -> (String, _RSA.Signing.PublicKey)? in
            let size = (try? file.resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? .max
            guard size <= maximumFile, let text = try? String(contentsOf: file, encoding: .utf8),
                let key = try? _RSA.Signing.PublicKey(pemRepresentation: text)
            else { return nil }
            return (file.lastPathComponent, key)
        }
        return Dictionary(keys) { $1 }
    }
}
