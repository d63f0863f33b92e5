package import Foundation

extension FileHandle {
    /// As root: makes a new file that of whoever owns its folder. The agent runs there as that user, and what root has made
    /// for it (a new key, by `rotate-key`) would else be closed to it.
    /// - Returns: false when the file stays root's in somebody else's folder.
    package func giveToOwner(of folder: URL) -> Bool {
        guard geteuid() == 0 else { return true }
        var status = stat()
        guard stat(folder.path, &status) == 0 else { return false }
        return status.st_uid == 0 || fchown(fileDescriptor, status.st_uid, status.st_gid) == 0
    }
}
