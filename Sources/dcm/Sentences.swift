import Bus
import Storage

extension StorageError {
    /// What a person at a terminal reads.
    var sentence: String {
        switch code {
        case .folderInUse: "\(message): stop it with 'dcm stop', or choose another folder with --data.".capitalizedFirst
        case .diskFull: "The disk is full: \(message)."
        default: "\(message).".capitalizedFirst
        }
    }
}

extension BusError {
    /// What a person at a terminal reads.
    var sentence: String {
        switch code {
        case .addressInUse:
            "\(message): another program listens there; choose other ports with --port and --ws-port.".capitalizedFirst
        default: "\(message).".capitalizedFirst
        }
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
