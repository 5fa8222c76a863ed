extension TCPStream {
    /// The owner holds so many bytes of input that isn't complete. False if all streams of the loop together hold more
    /// than they may.
    package func holdsInput(_ bytes: Int) -> Bool {
        guard bytes != heldInput else { return true }
        unsafe loop.streams.heldInput += bytes - heldInput
        let isMore = bytes > heldInput
        heldInput = bytes
        return unsafe !isMore || loop.streams.heldInput <= loop.streams.mostHeldInput
    }
}
