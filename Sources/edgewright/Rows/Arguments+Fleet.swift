import ArgumentParser
import Fleet

// The domain's words as arguments; their raw values are what users write.
extension ServiceStatus: ExpressibleByArgument {}
extension ServiceMode: ExpressibleByArgument {}
extension ServiceConnection: ExpressibleByArgument {}
extension ServiceCategory: ExpressibleByArgument {}
extension ServiceAuthentication.Kind: ExpressibleByArgument {}
extension EdgeAgent.State: ExpressibleByArgument {}
extension DriverCondition: ExpressibleByArgument {}
extension DriverDirection: ExpressibleByArgument {}
extension RuleCondition: ExpressibleByArgument {}
extension Role: ExpressibleByArgument {}
extension AuditEntry.Result: ExpressibleByArgument {}
extension BatchItemState: ExpressibleByArgument {}
extension BatchPolicy.FailureReaction: ExpressibleByArgument {}
extension BatchPolicy.OfflineReaction: ExpressibleByArgument {}
extension WorkloadSettings.Restart: ExpressibleByArgument {}

extension Timestamp: ExpressibleByArgument {
    /// RFC 3339, or a date alone.
    package init?(argument: String) {
        self.init(argument.count == 10 ? argument + "T00:00:00Z" : argument)
    }
}
