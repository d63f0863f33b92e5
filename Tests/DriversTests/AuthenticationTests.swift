import Fleet
import Foundation
import HTTPTypes
import NIOCore
import Synchronization
import Testing
import Transport

@testable import Drivers

/// A clock that stands until the test moves it.
final class StoppedClock: Sendable {
    private let time = Mutex(Timestamp(milliseconds: 1_795_461_682_000))
    var now: Timestamp { time.withLock { $0 } }
    func advance(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
    var read: @Sendable () -> Timestamp { { self.now } }
}

/// Lets those wait who must not go on before everybody has come.
actor Meeting {
    private var missing: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(of count: Int) { missing = count }

    func arrive() {
        missing -= 1
        guard missing == 0 else { return }
        for one in waiting { one.resume() }
        waiting = []
    }

    func everybody() async {
        guard missing > 0 else { return }
        await withCheckedContinuation { waiting.append($0) }
    }
}

/// What a token says, not verified.
struct TokenClaims: Decodable {
    let iss: String
    let aud: String
    let iat: Double
    let exp: Double

    init(_ fields: HTTPFields, prefix: String = "Bearer ") throws {
        let field = try #require(fields[.authorization])
        try #require(field.hasPrefix(prefix))
        let parts = field.dropFirst(prefix.count).split(separator: ".")
        try #require(parts.count == 3)
        var text = parts[1].replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        self = try JSONDecoder().decode(TokenClaims.self, from: try #require(Data(base64Encoded: String(text))))
    }
}

/// Making a key takes a while in debug builds: one for all tests.
enum TestKey {
    static let pair = Result { try EdgeKeyPair.generate() }

    static func signer(_ clock: StoppedClock) async throws -> EdgeTokenSigner {
        try await EdgeTokenSigner(privatePEM: pair.get().privatePEM, issuer: "edgewright.pub", now: clock.read)
    }
}

@Suite struct EdgeTokenTests {
    private let clock = StoppedClock()

    @Test func `a new key pair is PEM`() throws {
        let pair = try TestKey.pair.get()
        #expect(pair.publicPEM.hasPrefix("-----BEGIN PUBLIC KEY-----"))
        #expect(pair.privatePEM.hasPrefix("-----BEGIN RSA PRIVATE KEY-----"))
    }

    @Test func `a token names issuer, audience and ten minutes' lifetime`() async throws {
        let signer = try await TestKey.signer(clock)
        let claims = try TokenClaims(try await signer.fields(for: NeuronEXDriver().authentication))
        #expect(claims.iss == "edgewright.pub")
        #expect(claims.aud == "neuronex")
        #expect(claims.exp == Double(clock.now.milliseconds) / 1000 + 600)
        #expect(claims.iat <= Double(clock.now.milliseconds) / 1000)
        let neuron = try TokenClaims(try await signer.fields(for: NeuronDriver().authentication))
        #expect(neuron.aud == "neuron")
    }

    @Test func `eKuiper gets the token alone, from the key file's whole name`() async throws {
        let signer = try await TestKey.signer(clock)
        let fields = try await signer.fields(for: EKuiperDriver().authentication)
        #expect(fields[.authorization]?.contains(" ") == false)
        let claims = try TokenClaims(fields, prefix: "")
        #expect(claims.iss == "edgewright.pub")
        #expect(claims.aud == "eKuiper")
    }

    @Test func `one token serves until two minutes before its end`() async throws {
        let signer = try await TestKey.signer(clock)
        let services = NeuronEXDriver().authentication
        #expect(signer.cachedFields(for: services) == nil)
        let first = try await signer.fields(for: services)
        clock.advance(.seconds(600 - 121))
        #expect(signer.cachedFields(for: services) == first)
        #expect(try await signer.fields(for: services) == first)
        clock.advance(.seconds(2))
        #expect(signer.cachedFields(for: services) == nil)
        let second = try await signer.fields(for: services)
        #expect(second != first)
    }

    @Test func `a key that is none is refused`() async {
        await #expect(throws: (any Error).self) {
            try await EdgeTokenSigner(privatePEM: "hello", issuer: "edgewright.pub") { Timestamp(milliseconds: 0) }
        }
    }
}

@Suite struct ServiceAuthenticatorTests {
    private static let wrong = ServiceAnswerError.refusedCredentials("the service refused user name or password")
    private let clock = StoppedClock()
    private let driver = NeuronEXDriver()
    private let id = Identifier<EdgeService>("s1")
    private let credential = ServiceCredential.password(username: "admin", password: "0000")

    private func authenticator() async throws -> ServiceAuthenticator {
        ServiceAuthenticator(signer: try await TestKey.signer(clock), now: clock.read)
    }

    /// Gives out numbered tokens for the right password.
    private func service(expiresIn: Int? = nil) -> FakeTransport {
        let count = Mutex(0)
        return FakeTransport { [clock] request in
            guard case .bytes(let body) = request.body, String(buffer: body).contains("0000") else {
                return .json(#"{"error": 1009}"#, 401)
            }
            let number = count.withLock {
                $0 += 1
                return $0
            }
            guard let expiresIn else { return .json("{\"token\": \"token-\(number)\"}") }
            let issued = clock.now.milliseconds / 1000
            let payload = Data("{\"iat\": \(issued), \"exp\": \(issued + Int64(expiresIn))}".utf8).base64EncodedString()
            return .json("{\"token\": \"\(number).\(payload.replacing("=", with: "")).sig\"}")
        }
    }

    @Test func `nothing is added without a credential`() async throws {
        let authenticator = try await authenticator()
        #expect(authenticator.cachedFields(.none, of: id, driver: driver) == [:])
    }

    @Test func `the platform's token is in hand after the first time`() async throws {
        let authenticator = try await authenticator()
        let transport = FakeTransport([:])
        #expect(authenticator.cachedFields(.platformToken, of: id, driver: driver) == nil)
        let fields = try await authenticator.fields(.platformToken, of: id, driver: driver, over: transport)
        #expect(authenticator.cachedFields(.platformToken, of: id, driver: driver) == fields)
        #expect(transport.asked.isEmpty)
    }

    @Test func `a password is exchanged once, and the token is in hand then`() async throws {
        let authenticator = try await authenticator()
        let service = service()
        #expect(authenticator.cachedFields(credential, of: id, driver: driver) == nil)
        let fields = try await authenticator.fields(credential, of: id, driver: driver, over: service)
        #expect(fields[.authorization] == "Bearer token-1")
        #expect(authenticator.cachedFields(credential, of: id, driver: driver) == fields)
        #expect(try await authenticator.fields(credential, of: id, driver: driver, over: service) == fields)
        #expect(service.targets == ["/api/login"])
    }

    @Test func `tokens are not shared between services or passwords`() async throws {
        let authenticator = try await authenticator()
        let service = service()
        _ = try await authenticator.fields(credential, of: id, driver: driver, over: service)
        #expect(authenticator.cachedFields(credential, of: Identifier("s2"), driver: driver) == nil)
        let other = ServiceCredential.password(username: "admin", password: "edited")
        #expect(authenticator.cachedFields(other, of: id, driver: driver) == nil)
    }

    @Test(arguments: [
        (3600, 3480, true), (3600, 3481, false), (100, 89, true), (100, 91, false), (-5, 59, true), (-5, 61, false),
    ])
    func `a token is renewed shortly before it expires, but never with every request`(
        lifetime: Int, later: Int, isKept: Bool
    ) async throws {
        let authenticator = try await authenticator()
        let service = service(expiresIn: lifetime)
        _ = try await authenticator.fields(credential, of: id, driver: driver, over: service)
        clock.advance(.seconds(later) - .milliseconds(1))
        #expect((authenticator.cachedFields(credential, of: id, driver: driver) != nil) == isKept)
        _ = try await authenticator.fields(credential, of: id, driver: driver, over: service)
        #expect(service.asked.count == (isKept ? 1 : 2))
    }

    @Test func `a token that can't be looked into is kept for fifty minutes less the reserve`() async throws {
        #expect(TokenLifetime.usable(of: "opaque", at: clock.now) == .seconds(2880))
        #expect(TokenLifetime.usable(of: "a.%%%.c", at: clock.now) == .seconds(2880))
        let forever = Data(#"{"exp": 9223372036854775807, "iat": -9}"#.utf8).base64EncodedString()
        #expect(TokenLifetime.usable(of: "a.\(forever).c", at: clock.now) == .seconds(2880))
        let day = Data(#"{"exp": 1e18, "iat": 0}"#.utf8).base64EncodedString()
        #expect(TokenLifetime.usable(of: "a.\(day).c", at: clock.now) == .seconds(12 * 3600 - 120))
    }

    @Test func `a refused token is replaced, but not a fresh one`() async throws {
        let authenticator = try await authenticator()
        let service = service()
        _ = try await authenticator.fields(credential, of: id, driver: driver, over: service)
        authenticator.forget(id)
        #expect(authenticator.cachedFields(credential, of: id, driver: driver) != nil)
        clock.advance(.seconds(5))
        authenticator.forget(id)
        let fields = try await authenticator.fields(credential, of: id, driver: driver, over: service)
        #expect(fields[.authorization] == "Bearer token-2")
    }

    @Test func `a wrong password is not tried again at once`() async throws {
        let authenticator = try await authenticator()
        let service = service()
        let bad = ServiceCredential.password(username: "admin", password: "wrong")
        for _ in 0..<3 {
            await #expect(throws: Self.wrong) {
                try await authenticator.fields(bad, of: id, driver: driver, over: service)
            }
            // As a probe does after a refusal.
            authenticator.forget(id)
        }
        #expect(service.asked.count == 1)
        // An edited password is tried at once.
        _ = try await authenticator.fields(credential, of: id, driver: driver, over: service)
        #expect(service.asked.count == 2)
    }

    @Test func `a wrong password is tried again with the next probe`() async throws {
        let authenticator = try await authenticator()
        let service = service()
        let bad = ServiceCredential.password(username: "admin", password: "wrong")
        for _ in 0..<2 {
            await #expect(throws: Self.wrong) {
                try await authenticator.fields(bad, of: id, driver: driver, over: service)
            }
            clock.advance(.seconds(10))
        }
        #expect(service.asked.count == 2)
    }

    @Test func `a service that is away is no wrong password`() async throws {
        let authenticator = try await authenticator()
        let away = FakeTransport { _ in throw TransportError(.connectionRefused, "refused") }
        for _ in 0..<2 {
            await #expect(throws: TransportError.self) {
                try await authenticator.fields(credential, of: id, driver: driver, over: away)
            }
        }
        #expect(away.asked.count == 2)
    }

    @Test func `of many who need the same token one signs in`() async throws {
        let authenticator = try await authenticator()
        let callers = 50
        let meeting = Meeting(of: callers)
        let inner = service()
        let transport = FakeTransport { request in
            // The sign-in lasts until everybody has come.
            await meeting.everybody()
            let response = try await inner.send(request)
            return FakeAnswer(response.status.code, body: response.body)
        }
        let all = try await withThrowingTaskGroup(of: HTTPFields.self) { group in
            for _ in 0..<callers {
                group.addTask { [id, credential, driver] in
                    await meeting.arrive()
                    return try await authenticator.fields(credential, of: id, driver: driver, over: transport)
                }
            }
            var all: Set<String> = []
            for try await fields in group { all.insert(fields[.authorization] ?? "") }
            return all
        }
        #expect(all == ["Bearer token-1"])
        #expect(transport.asked.count == 1)
    }

    @Test func `categories without a sign-in send the password itself`() async throws {
        let authenticator = try await authenticator()
        let fields = authenticator.cachedFields(credential, of: id, driver: CustomDriver())
        #expect(fields?[.authorization] == "Basic YWRtaW46MDAwMA==")
        let error = try await failure {
            try await EKuiperDriver().logIn(username: "a", password: "b", over: FakeTransport([:]))
        }
        #expect((error as? EdgewrightError)?.code == .unsupported)
    }

    @Test func `a password never shows`() {
        let secret = ServiceCredential.password(username: "admin", password: "hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped] {
            #expect(!text.contains("hunter2"))
        }
    }

    @Test func `the memory for tokens is bounded`() {
        var cache = ServiceTokenCache()
        for number in 0..<(ServiceTokenCache.maximumEntries + 100) {
            cache.keep([:], for: .seconds(60), Identifier("\(number)"), credential, at: clock.now)
        }
        #expect(cache.count == ServiceTokenCache.maximumEntries)
    }
}
