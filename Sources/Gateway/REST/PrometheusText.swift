/// Figures in the text format that Prometheus scrapes (version 0.0.4).
struct PrometheusText {
    private(set) var text = ""

    /// A value that only grows.
    mutating func counter(_ name: String, _ help: String, _ value: Int) { add(name, "counter", help, value) }

    /// A value that goes up and down.
    mutating func gauge(_ name: String, _ help: String, _ value: Int) { add(name, "gauge", help, value) }

    /// One counter with a label of several values.
    mutating func counters(_ name: String, _ help: String, label: String, _ values: [(label: String, value: Int)]) {
        add(name, "counter", help, label, values)
    }

    /// One gauge with a label of several values.
    mutating func gauges(_ name: String, _ help: String, label: String, _ values: [(label: String, value: Int)]) {
        add(name, "gauge", help, label, values)
    }

    private mutating func add(
        _ name: String,
        _ type: String,
        _ help: String,
        _ label: String,
        _ values: [(label: String, value: Int)]
    ) {
        head(name, type, help)
        for value in values { text += "dcm_\(name){\(label)=\"\(value.label)\"} \(value.value)\n" }
    }

    private mutating func add(_ name: String, _ type: String, _ help: String, _ value: Int) {
        head(name, type, help)
        text += "dcm_\(name) \(value)\n"
    }

    private mutating func head(_ name: String, _ type: String, _ help: String) {
        text += "# HELP dcm_\(name) \(help)\n# TYPE dcm_\(name) \(type)\n"
    }
}
