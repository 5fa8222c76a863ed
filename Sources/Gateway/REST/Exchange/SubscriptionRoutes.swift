package import Agents
internal import Bus
internal import HTTPTypes
internal import Storage

/// Which agents want which topics: contract section 1.11.
package struct SubscriptionRoutes: Sendable {
    private let subscriptions: TopicSubscriptions
    private let callbacks: CallbackDispatcher<ContinuousClock>

    package init(subscriptions: TopicSubscriptions, callbacks: CallbackDispatcher<ContinuousClock>) {
        self.subscriptions = subscriptions
        self.callbacks = callbacks
    }

    package var routes: [Route] {
        [
            Route(.post, "/api/subscribe", SubscriptionDescriptions.subscribe, handle: subscribe),
            Route(.get, "/api/subscriptions", SubscriptionDescriptions.list, handle: list),
            Route(.get, "/api/subscriptions/:id", SubscriptionDescriptions.listOfAgent, handle: listOfAgent),
            Route(.delete, "/api/subscriptions/:id", SubscriptionDescriptions.unsubscribeByID, handle: unsubscribeByID),
            Route(.post, "/api/unsubscribe", SubscriptionDescriptions.unsubscribe, handle: unsubscribe),
        ]
    }

    @Sendable private func subscribe(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let agentID = try input.body.required(SubscriptionDescriptions.agentID)
        let topic = try input.body.required(SubscriptionDescriptions.topic)
        let url = input.body[SubscriptionDescriptions.callbackURL]
        let subscription: TopicSubscription
        do throws(AgentsError) {
            subscription = try await subscriptions.subscribe(agentID, to: topic, callbackURL: url)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("success", true)
        json.key("subscription")
        SubscriptionRoutes.write(subscription, to: &json)
        // Only who is called has a use for it.
        if subscription.callbackURL != nil { json.field("signing_key", callbacks.key(of: subscription)) }
        json.endObject()
        return RESTResponse(.created, body: json.bytes)
    }

    private static func write(_ subscription: TopicSubscription, to json: inout JSONWriter) {
        json.beginObject()
        json.field("id", subscription.id.description)
        json.field("agent_id", subscription.agentID)
        json.field("topic", subscription.topic)
        json.field("callback_url", subscription.callbackURL)
        json.field("created_at", subscription.createdAt)
        json.field("updated_at", subscription.updatedAt)
        json.endObject()
    }

    private static func write(_ subscriptions: [TopicSubscription], to json: inout JSONWriter) {
        json.key("subscriptions")
        json.beginArray()
        for subscription in subscriptions { write(subscription, to: &json) }
        json.endArray()
    }

    @Sendable private func list(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let found: [TopicSubscription]
        do throws(AgentsError) {
            found = try await subscriptions.list(
                agentID: input.query[SubscriptionDescriptions.agentFilter],
                topic: input.query[SubscriptionDescriptions.topicFilter]
            )
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        SubscriptionRoutes.write(found, to: &json)
        json.field("count", found.count)
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    @Sendable private func listOfAgent(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let agentID = try input.path.required(SubscriptionDescriptions.agentInPath)
        let found: [TopicSubscription]
        do throws(AgentsError) {
            found = try await subscriptions.list(ofAgent: agentID)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("agent_id", agentID)
        SubscriptionRoutes.write(found, to: &json)
        json.field("topics", found.map(\.topic))
        json.field("count", found.count)
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    @Sendable private func unsubscribeByID(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(CommonFields.id)
        do throws(AgentsError) {
            return ended(try await subscriptions.unsubscribe(id))
        } catch {
            throw GatewayError(error)
        }
    }

    @Sendable private func unsubscribe(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let agentID = try input.body.required(SubscriptionDescriptions.agentID)
        let topic = try input.body.required(SubscriptionDescriptions.topic)
        do throws(AgentsError) {
            return ended(try await subscriptions.unsubscribe(agentID, from: topic))
        } catch {
            throw GatewayError(error)
        }
    }

    private func ended(_ subscription: TopicSubscription) -> RESTResponse {
        callbacks.forget(subscription)
        var json = JSONWriter()
        json.beginObject()
        json.field("success", true)
        json.key("deleted")
        json.beginObject()
        json.field("id", subscription.id.description)
        json.field("agent_id", subscription.agentID)
        json.field("topic", subscription.topic)
        json.endObject()
        json.endObject()
        return RESTResponse(body: json.bytes)
    }
}
