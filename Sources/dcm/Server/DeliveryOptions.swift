import Agents
import ArgumentParser

/// How messages that nobody acknowledges are offered again.
struct DeliveryOptions: ParsableArguments {
    @Option(help: "Milliseconds until a message that wasn't acknowledged is offered again; doubled each time.")
    var redeliveryWait = 5000

    @Option(help: "Offers of a message, after which it goes to the dead letters.")
    var maxDeliveries = 10

    func validate() throws {
        guard (1...3_600_000).contains(redeliveryWait) else {
            throw ValidationError("--redelivery-wait takes a number from 1 to 3600000")
        }
        guard (1...1000).contains(maxDeliveries) else {
            throw ValidationError("--max-deliveries takes a number from 1 to 1000")
        }
    }

    var policy: DeliveryPolicy {
        var policy = DeliveryPolicy()
        policy.firstWait = Int64(redeliveryWait)
        policy.longestWait = max(policy.longestWait, policy.firstWait)
        policy.attempts = maxDeliveries
        return policy
    }

    /// The same options for a server in the background.
    var arguments: [String] {
        ["--redelivery-wait", "\(redeliveryWait)", "--max-deliveries", "\(maxDeliveries)"]
    }
}
