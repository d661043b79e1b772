import Glibc

/// Seconds since 1 January 1970, now.
func unixNow() -> Int64 { Int64(time(nil)) }
