// The agent comes with its own issue. Until then this program says so, and fails, rather than seem to work.
import Foundation

FileHandle.standardError.write(Data("edgewright-agent: not part of this version yet\n".utf8))
exit(1)
