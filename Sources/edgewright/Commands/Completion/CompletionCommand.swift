import ArgumentParser

/// `edgewright completion`: the script that teaches a shell the commands.
struct CompletionCommand: ParsableCommand {
    enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print the completion script of a shell.",
        discussion: """
            bash: edgewright completion bash > /etc/bash_completion.d/edgewright
            zsh:  edgewright completion zsh > ~/.zfunc/_edgewright
            fish: edgewright completion fish > ~/.config/fish/completions/edgewright.fish
            """)

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        let kind: CompletionShell = shell == .bash ? .bash : shell == .zsh ? .zsh : .fish
        try CommandContext.current.console.print(Edgewright.completionScript(for: kind) + "\n")
    }
}
