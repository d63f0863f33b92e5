import ArgumentParser
import Foundation
import Testing

@testable import edgewright

/// Command lines that the documents tell people to type.
struct DocumentedCommandTests {
    @Test(arguments: ["../README.md", "operating.md", "hosting.md", "simulator.md", "agents.md"])
    func `what the documents tell to type is understood`(name: String) throws {
        let folder = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../docs").standardized
        let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
        let lines = Self.commandLines(in: text)
        #expect(!lines.isEmpty)
        for line in lines {
            let stands = ["ID": batchId, "FINGERPRINT": agentFingerprint]
            let arguments = Self.words(line).dropFirst().map { stands[$0] ?? $0 }
            do {
                _ = try Edgewright.parseAsRoot(Array(arguments))
            } catch {
                Issue.record("\(name): \(line)\n\(Edgewright.message(for: error))")
            }
        }
    }

    /// Lines of code that begin with the program's name, and code in a text that has options: less is a mere mention.
    private static func commandLines(in text: String) -> [String] {
        let joined = text.replacing("\\\n", with: " ")
        let blocks = joined.split(separator: "\n")
            .map { $0.trimmingCharacters(in: .whitespaces).replacing(#/^\$ | +# .*$/#, with: "") }
            .filter { $0.hasPrefix("edgewright ") }
        let mentions = joined.matches(of: /`(edgewright [^`\n]*--[^`\n]*)`/).map { String($0.1) }
        return blocks + mentions
    }

    /// As a shell splits a line.
    private static func words(_ line: String) -> [String] {
        var words = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case " " where !isQuoted: words.append("")
            default: words[words.count - 1].append(character)
            }
        }
        return words.filter { !$0.isEmpty }
    }
}
