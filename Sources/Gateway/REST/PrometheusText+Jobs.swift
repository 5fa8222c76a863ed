internal import Agents

extension PrometheusText {
    /// Counters and gauges of jobs, for each kind.
    mutating func write(_ jobs: JobFigures) {
        let all = jobs.all
        func values(_ value: KeyPath<JobFigures.Kind, Int>) -> [(label: String, value: Int)] {
            all.map { ($0.name, $0.counts[keyPath: value]) }
        }
        gauges("jobs_running", "Jobs at work", label: "kind", values(\.running))
        gauges("jobs_paused", "Jobs that are paused", label: "kind", values(\.paused))
        counters("jobs_completed_total", "Jobs that came to their end", label: "kind", values(\.completed))
        counters("jobs_failed_total", "Jobs that failed", label: "kind", values(\.failed))
        counters("jobs_cancelled_total", "Jobs that were stopped for good", label: "kind", values(\.cancelled))
        counters("job_rows_total", "Rows that jobs went through", label: "kind", values(\.rows))
        counters("job_rejected_total", "Rows that jobs could not store", label: "kind", values(\.rejected))
    }
}
