//! A small forest of decision trees, added up and squeezed into a probability.
//!
//! Only what is needed to ask it. It is grown by `examples/evaluate` and kept as text beside this file.

/// One question: is the feature at most the threshold? Leaves carry what they add.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Node {
    Split { feature: usize, threshold: f32, right: usize },
    Leaf(f32),
}

/// Trees in depth-first order: the left child follows its parent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forest {
    pub base: f32,
    pub trees: Vec<Vec<Node>>,
}

impl Forest {
    /// Reads what [`Forest::write`] wrote: the base, then one tree a line, nodes as `feature:threshold:right` or `value`.
    pub fn read(text: &str) -> Self {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let base = lines.next().and_then(|line| line.parse().ok()).unwrap_or(0.0);
        let tree = |line: &str| line.split(' ').filter_map(read_node).collect();
        Self { base, trees: lines.map(tree).collect() }
    }

    /// The text of a forest.
    pub fn write(&self) -> String {
        let node = |node: &Node| match node {
            Node::Split { feature, threshold, right } => format!("{feature}:{threshold:.4}:{right}"),
            Node::Leaf(value) => format!("{value:.4}"),
        };
        let tree = |tree: &Vec<Node>| tree.iter().map(node).collect::<Vec<_>>().join(" ");
        let trees: Vec<String> = self.trees.iter().map(tree).collect();
        format!("{:.4}\n{}\n", self.base, trees.join("\n"))
    }

    /// Probability for these features.
    pub fn ask(&self, features: &[f32]) -> f32 {
        let sum: f32 = self.trees.iter().map(|tree| walk(tree, features)).sum();
        1.0 / (1.0 + (-(self.base + sum)).exp())
    }
}

/// What one tree says.
pub fn walk(tree: &[Node], features: &[f32]) -> f32 {
    let mut at = 0;
    loop {
        match tree[at] {
            Node::Leaf(value) => return value,
            Node::Split { feature, threshold, right } => {
                at = if features[feature] <= threshold { at + 1 } else { right }
            }
        }
    }
}

fn read_node(text: &str) -> Option<Node> {
    let mut parts = text.split(':');
    let first = parts.next()?;
    match (parts.next(), parts.next()) {
        (Some(threshold), Some(right)) => Some(Node::Split {
            feature: first.parse().ok()?,
            threshold: threshold.parse().ok()?,
            right: right.parse().ok()?,
        }),
        _ => first.parse().ok().map(Node::Leaf),
    }
}
