import Foundation

// An agent may be of a later version, or not mean well: what it says of itself is bounded before anybody sees it.

extension AgentProfile {
    private enum ProfileKeys: String, CodingKey {
        case name, description, version, system, offers
    }

    /// An offer of a kind that is not known here is as good as none.
    private struct Lenient: Decodable {
        let offer: AgentOffer?

        init(from decoder: any Decoder) throws { offer = try? AgentOffer(lenientlyFrom: decoder) }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: ProfileKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            description: try container.decodeIfPresent(String.self, forKey: .description) ?? "",
            version: try container.decodeIfPresent(String.self, forKey: .version) ?? "",
            system: try container.decodeIfPresent(String.self, forKey: .system) ?? "",
            offers: (try container.decodeIfPresent([Lenient].self, forKey: .offers) ?? []).compactMap(\.offer))
    }

    /// With texts that fit where they are shown, and offers that can be named.
    package func sanitized() -> AgentProfile {
        var names: Set<String> = []
        let kept = offers.filter { offer in
            AgentOffer.isName(offer.name) && offer.isURLSound && names.insert(offer.name).inserted
        }
        return AgentProfile(
            name: Self.clean(name, EdgeAgent.nameRule) ?? "agent",
            description: Self.clean(description, .description) ?? "",
            version: Self.clean(version, TextRule(field: "version", length: 0...50)) ?? "",
            system: Self.clean(system, TextRule(field: "system", length: 0...50)) ?? "",
            offers: kept.prefix(AgentOffer.maximumCount).sorted { $0.name < $1.name })
    }

    fileprivate static func clean(_ text: String, _ rule: TextRule) -> String? {
        (try? rule.check(text)) ?? (try? rule.check(String(text.prefix(rule.length.upperBound))))
    }
}

extension AgentDiscovery {
    /// The same of what it has found.
    package func sanitized() -> AgentDiscovery {
        AgentDiscovery(
            items: items.prefix(AgentOffer.maximumCount).filter { found in
                AgentOffer.isName(found.name)
                    && AgentOffer(name: found.name, kind: found.kind, category: found.category, url: found.url)
                        .isURLSound
            })
    }
}

extension AgentOffer {
    private enum OfferKeys: String, CodingKey {
        case name, kind, category, url
    }

    fileprivate init(lenientlyFrom decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: OfferKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            kind: try container.decode(Kind.self, forKey: .kind),
            category: (try? container.decodeIfPresent(ServiceCategory.self, forKey: .category)) ?? nil,
            url: try container.decode(String.self, forKey: .url))
    }

    fileprivate var isURLSound: Bool {
        switch kind {
        case .service: (try? ServiceEndpoint(url).checkIsDirect()) != nil
        case .docker: url.hasPrefix("unix:///") && url.utf8.count <= 120 && url.utf8.allSatisfy { $0 > 32 && $0 < 127 }
        }
    }
}
