//! Whose address a request came from, also through proxies that are known. Pure; it may not know what it is used for.

use std::net::IpAddr;

use axum::http::HeaderMap;

/// What a proxy says of whom it speaks for.
const FORWARDED_FOR: &str = "x-forwarded-for";
/// Entries that are looked at.
const HOPS_MAX: usize = 16;

/// The address of whoever asks: the last one that no known proxy has, since only what known proxies added is true.
pub(super) fn of(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let mut last = peer.to_canonical();
    let lines: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok()).collect();
    let hops = lines.iter().rev().flat_map(|line| line.rsplit(',')).take(HOPS_MAX);
    for hop in hops {
        if !proxies.contains(&last) {
            break;
        }
        let Ok(before) = hop.trim().parse::<IpAddr>() else { break };
        last = before.to_canonical();
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, said: &[&str], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in said {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        let proxies: Vec<IpAddr> = proxies.iter().map(|proxy| proxy.parse().unwrap()).collect();
        of(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn only_what_known_proxies_say_is_believed() {
        assert_eq!(seen("10.0.0.9", &["1.2.3.4"], &[]), "10.0.0.9");
        assert_eq!(seen("127.0.0.1", &["1.2.3.4"], &["127.0.0.1"]), "1.2.3.4");
        // What the asker wrote themselves stands first, and counts for nothing.
        assert_eq!(seen("127.0.0.1", &["6.6.6.6, 10.0.0.9"], &["127.0.0.1"]), "10.0.0.9");
        assert_eq!(seen("127.0.0.1", &["6.6.6.6", "10.0.0.9, 10.0.0.1"], &["127.0.0.1", "10.0.0.1"]), "10.0.0.9");
        assert_eq!(seen("127.0.0.1", &["nonsense"], &["127.0.0.1"]), "127.0.0.1");
        assert_eq!(seen("::ffff:127.0.0.1", &["1.2.3.4"], &["127.0.0.1"]), "1.2.3.4");
    }
}
