/// Numbers of the kernel's interfaces, by the kernel's own names in lower case; they never change (linux/netlink.h,
/// linux/rtnetlink.h, linux/netfilter/nf_tables.h, linux/inet_diag.h).
enum Kernel {
    // netlink(7)
    static let netlinkRoute: Int32 = 0
    static let netlinkSocketDiagnosis: Int32 = 4
    static let netlinkNetfilter: Int32 = 12
    static let request: UInt16 = 0x1
    static let multi: UInt16 = 0x2
    static let acknowledge: UInt16 = 0x4
    static let dumpWasInterrupted: UInt16 = 0x10
    static let dump: UInt16 = 0x300
    static let create: UInt16 = 0x400
    static let append: UInt16 = 0x800
    static let error: UInt16 = 2
    static let done: UInt16 = 3

    // nfnetlink: the subsystem stands in the upper octet of a message's type.
    static let batchBegin: UInt16 = 16
    static let batchEnd: UInt16 = 17
    static let nftables: UInt16 = 10 << 8
    static let nftablesGroup: Int32 = 7

    // nf_tables messages
    static let newTable = nftables | 0
    static let getTable = nftables | 1
    static let newChain = nftables | 3
    static let getChain = nftables | 4
    static let deleteChain = nftables | 5
    static let newRule = nftables | 6
    static let getRule = nftables | 7
    static let deleteRule = nftables | 8
    static let newSet = nftables | 9
    static let getSet = nftables | 10
    static let newSetElement = nftables | 12
    static let getSetElement = nftables | 13
    static let newGeneration = nftables | 15
    static let getGeneration = nftables | 16

    // rtnetlink(7)
    static let newLink: UInt16 = 16
    static let deleteLink: UInt16 = 17
    static let getLink: UInt16 = 18
    static let newAddress: UInt16 = 20
    static let deleteAddress: UInt16 = 21
    static let getAddress: UInt16 = 22
    static let newRoute: UInt16 = 24
    static let deleteRoute: UInt16 = 25
    static let getRoute: UInt16 = 26
    static let linkGroup: UInt32 = 0x1
    static let addressGroups: UInt32 = 0x10 | 0x100
    static let routeGroups: UInt32 = 0x40 | 0x400

    // sock_diag(7)
    static let socketsByFamily: UInt16 = 20
    static let socketControlGroup: UInt16 = 21
    static let addressFamily4: UInt8 = 2
    static let addressFamily6: UInt8 = 10
    static let protocolTCP: UInt8 = 6
    /// The state LISTEN's bit.
    static let stateListen: UInt32 = 1 << 10

    /// Names of interfaces are shorter than this; the kernel compares all of it, padded with zeros.
    static let interfaceNameSize = 16
}
