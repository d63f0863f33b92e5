import Fleet
import Foundation

extension AgentSettingsDraft {
    private static let longestFile = 1 << 20

    /// What a file says.
    /// - Parameter path: must be there when it was named; `nil` is the usual one, if there is one.
    /// - Throws: `.invalidInput` naming the setting, or the file.
    package static func read(file path: String?) throws -> AgentSettingsDraft {
        let url = URL(filePath: path ?? AgentSettings.defaultFile)
        if path == nil, !FileManager.default.fileExists(atPath: url.path) { return AgentSettingsDraft() }
        let text: String
        do {
            let handle = try FileHandle(forReadingFrom: url)
            let data = try handle.read(upToCount: longestFile + 1) ?? Data()
            guard data.count <= longestFile else {
                throw EdgewrightError(.invalidInput, "The file \(url.path) is too long for settings.")
            }
            text = String(decoding: data, as: UTF8.self)
        } catch let error as EdgewrightError {
            throw error
        } catch {
            let isForbidden = access(url.path, R_OK) != 0 && errno == EACCES
            let reason =
                isForbidden
                ? "may not be read by this user; use sudo, or name another one with --config"
                : "can't be read; name another one with --config"
            throw EdgewrightError(.invalidInput, "The file \(url.path) \(reason).", cause: error)
        }
        do {
            return try AgentSettingsDraft(yaml: text)
        } catch let error as EdgewrightError {
            throw EdgewrightError(error.code, "\(url.path): \(error.message)", fields: error.fields)
        }
    }
}
