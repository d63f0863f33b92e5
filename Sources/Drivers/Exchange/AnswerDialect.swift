/// By whose rules an answer is read.
struct AnswerDialect: Sendable {
    /// Who numbers the errors. The numbers overlap: 1004 is a missing token of Neuron, and a failed conversion of
    /// eKuiper.
    enum Codes: Sendable { case neuron, ekuiper, none }

    let codes: Codes
    /// Where the service looks for public keys, as a hint for a person.
    let keyFolder: String

    static let neuronex = AnswerDialect(codes: .neuron, keyFolder: "etc")
    static let ekuiperInNeuronEX = AnswerDialect(codes: .ekuiper, keyFolder: "etc")
    static let neuron = AnswerDialect(codes: .neuron, keyFolder: "certs")
    static let ekuiper = AnswerDialect(codes: .ekuiper, keyFolder: "etc/mgmt")
    static let custom = AnswerDialect(codes: .none, keyFolder: "key")
}
