//! What others reach on sets of the same kinds (their held-back parts, each method with a threshold of its own for each
//! set), as BCubed and pairwise F1.

use crate::{figures::Figures, sets::Set};

/// Methods in the order of [`Peer::reached`].
const METHODS: [&str; 6] = ["exact title", "TT-RSS", "NewsBlur", "best of TF-IDF", "MiniLM", "both"];

struct Peer {
    /// Name of the set of this kind.
    set: &'static str,
    reached: [Option<(f64, f64)>; 6],
    goal: (f64, f64),
}

const PEERS: [Peer; 7] = [
    Peer {
        set: "reposts_synth",
        reached: [
            Some((0.577, 0.168)),
            Some((0.750, 0.586)),
            Some((0.772, 0.610)),
            Some((0.998, 0.995)),
            Some((0.981, 0.969)),
            Some((0.993, 0.987)),
        ],
        goal: (0.998, 0.995),
    },
    Peer {
        set: "fnc1/bodies",
        reached: [Some((0.213, 0.002)), None, None, Some((0.950, 0.940)), Some((0.918, 0.875)), Some((0.960, 0.957))],
        goal: (0.960, 0.955),
    },
    Peer {
        set: "fnc1/headlines",
        reached: [
            Some((0.216, 0.001)),
            Some((0.229, 0.021)),
            Some((0.759, 0.750)),
            Some((0.882, 0.831)),
            Some((0.923, 0.897)),
            Some((0.928, 0.886)),
        ],
        goal: (0.93, 0.90),
    },
    Peer {
        set: "allsides_full",
        reached: [
            Some((0.618, 0.008)),
            Some((0.620, 0.014)),
            Some((0.702, 0.299)),
            Some((0.894, 0.698)),
            Some((0.889, 0.669)),
            Some((0.900, 0.713)),
        ],
        goal: (0.905, 0.72),
    },
    Peer {
        set: "allsides",
        reached: [Some((0.501, 0.002)), Some((0.505, 0.013)), Some((0.616, 0.035)), Some((0.740, 0.453)), None, None],
        goal: (0.77, 0.50),
    },
    Peer {
        set: "googlenews",
        reached: [Some((0.030, 0.001)), Some((0.042, 0.014)), Some((0.559, 0.408)), Some((0.933, 0.917)), None, None],
        goal: (0.935, 0.92),
    },
    Peer {
        set: "uci",
        reached: [
            Some((0.025, 0.001)),
            Some((0.041, 0.009)),
            Some((0.559, 0.114)),
            Some((0.752, 0.671)),
            Some((0.730, 0.638)),
            Some((0.711, 0.571)),
        ],
        goal: (0.78, 0.70),
    },
];

/// Prints the figures of each set beside what others reach and what is wanted.
pub fn compare(sets: &[&Set], figures: &[Figures]) {
    print!("\n{:24} {:>11} {:>11}", "BCubed/pairwise F1", "this", "goal");
    METHODS.iter().for_each(|method| print!(" {method:>14}"));
    println!();
    let show = |(bcubed, pairwise): (f64, f64)| format!("{bcubed:.3}/{pairwise:.3}");
    for (set, f) in sets.iter().zip(figures) {
        let Some(peer) = PEERS.iter().find(|peer| set.name == peer.set) else { continue };
        print!("{:24} {:>11} {:>11}", set.name, show((f.bcubed, f.pairwise)), show(peer.goal));
        for reached in peer.reached {
            print!(" {:>14}", reached.map_or_else(|| "-".to_owned(), show));
        }
        println!();
    }
}
