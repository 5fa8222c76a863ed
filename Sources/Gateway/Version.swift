/// The version of this program.
package enum Version {
    /// For `--version`, `/health` and logs.
    package static let text = "0.1.0"
}
