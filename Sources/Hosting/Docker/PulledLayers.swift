/// How much of an image is there, by what the engine says of its layers.
struct PulledLayers {
    private struct Layer {
        var current: Int64 = 0
        /// 0 as long as the engine has not said it.
        var total: Int64 = 0
    }

    /// Images have at most 127; an engine that names more is not believed.
    private static let most = 1000

    private var layers: [String: Layer] = [:]
    private var told = -1.0

    /// - Returns: the share that is there, when it has grown by a hundredth.
    mutating func take(_ event: PullEvent) -> Double? {
        guard let id = event.id, layers[id] != nil || layers.count < Self.most else { return nil }
        var layer = layers[id] ?? Layer()
        switch event.status {
        case "Pulling fs layer", "Waiting": break
        case "Downloading":
            guard let total = event.progressDetail?.total, total > 0 else { return nil }
            layer.total = total
            layer.current = min(max(event.progressDetail?.current ?? 0, 0), total)
        case "Download complete", "Pull complete": layer.current = layer.total
        default: return nil
        }
        layers[id] = layer
        guard let share, share >= told + 0.01 else { return nil }
        told = share
        return share
    }

    /// Three layers are fetched at a time: those whose size is not known yet count as much as the others on average, or
    /// a small one that is done would look like the whole.
    private var share: Double? {
        let known = layers.values.filter { $0.total > 0 }
        guard !known.isEmpty else { return nil }
        let total = known.reduce(0.0) { $0 + Double($1.total) }
        let current = known.reduce(0.0) { $0 + Double($1.current) }
        return current / (total / Double(known.count) * Double(layers.count))
    }
}
