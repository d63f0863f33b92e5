import Fleet

extension BatchWork {
    var hostId: Identifier<EdgeHost>? { nil }
    var hostName: String? { nil }
    var memo: String? { nil }
    func tell(_ note: String) {}
    func remember(_ memo: String) async throws {}
}
