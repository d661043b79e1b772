internal import CSystemd
internal import Glibc

/// Listening sockets that systemd opened for us or kept for us, by the names that their units or we ourselves gave them.
///
/// They come in any order, so only names count. sd_listen_fds_with_names(3)
public enum AdoptedSockets {
    public struct Socket: Hashable, Sendable {
        public let name: String
        /// Ours from now on.
        public let descriptor: Int32
    }

    /// What was handed to this process; asked once, at the start. Descriptors that do not listen are closed.
    public static func take() -> [Socket] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = sd_listen_fds_with_names(1, &names)
        guard count > 0, let names else { return [] }
        defer { free(names) }
        let firstDescriptor: Int32 = 3
        return (0..<Int(count)).compactMap { place in
            let descriptor = firstDescriptor + Int32(place)
            let name = names[place].map { String(cString: $0) } ?? ""
            free(names[place])
            guard sd_is_socket(descriptor, AF_UNSPEC, Int32(SOCK_STREAM.rawValue), 1) > 0 else {
                close(descriptor)
                return nil
            }
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
            return Socket(name: name, descriptor: descriptor)
        }
    }
}

/// Sockets that systemd keeps while we restart. sd_pid_notify_with_fds(3)
public enum DescriptorStore {
    /// The name is ours alone: at most 255 characters, no colon.
    public static func keep(_ descriptor: Int32, as name: String) {
        withUnsafePointer(to: descriptor) { one in
            _ = sd_pid_notify_with_fds(0, 0, "FDSTORE=1\nFDPOLL=0\nFDNAME=\(name)", one, 1)
        }
    }

    /// Closes systemd's copies of everything that is kept under the name.
    public static func forget(_ name: String) { sd_notify(0, "FDSTOREREMOVE=1\nFDNAME=\(name)") }
}
