import ArgumentParser
import Fleet

/// How the platform proves itself to a service.
struct ServiceAuthArguments: ParsableArguments {
    @Option(help: "How the platform proves itself to the service: none, jwt or password.")
    var auth: ServiceAuthentication.Kind?

    @Option(help: "The service's user name; implies --auth password.")
    var username: String?

    @Flag(help: "Read the service's password from the first line of standard input instead of asking.")
    var passwordStdin = false

    func validate() throws {
        guard username == nil || auth == nil || auth == .password else {
            throw ValidationError("--username goes with --auth password.")
        }
    }

    /// `nil` when nothing was said of it.
    func request(_ console: Console) throws -> ServiceAuthenticationRequest? {
        guard let kind = auth ?? (username != nil || passwordStdin ? .password : nil) else { return nil }
        guard kind == .password else { return ServiceAuthenticationRequest(kind: kind) }
        let password = try console.secret(
            "The service's password", fromInput: passwordStdin, option: "--password-stdin")
        return ServiceAuthenticationRequest(kind: .password, username: username, password: password)
    }
}
