//! Grouping without a database: documents go in one after another, stories come out numbered.

use std::time::Duration;

use jiff::Timestamp;

use super::{Document, Grouping, Index, Merge, OutletNames, StoryId, Verdict};

/// An index that numbers the stories it finds, from 1.
#[derive(Debug)]
pub struct Stream {
    index: Index,
    /// When each story was founded, by its number.
    founded: Vec<Timestamp>,
}

/// What became of a document.
#[derive(Debug, PartialEq)]
pub struct Pushed {
    /// Before `merges`.
    pub story: StoryId,
    pub grouping: Grouping,
    /// Stories that were merged with the document's at a second look, in order.
    pub merges: Vec<Merge>,
}

impl Stream {
    pub fn new(window: Duration, outlets: Vec<OutletNames>) -> Self {
        Self { index: Index::new(window, outlets), founded: Vec::new() }
    }

    /// Groups a document and remembers it. A document that was pushed before keeps its story.
    pub fn push(&mut self, document: &Document) -> Pushed {
        self.index.expire(document.seen);
        let prepared = self.index.prepare(document);
        let grouping = self.index.group(&prepared);
        let story = match grouping.verdict {
            Verdict::Joins(story) => story,
            Verdict::Founds => {
                self.founded.push(document.seen);
                StoryId(self.founded.len() as i64)
            }
        };
        self.index.insert(prepared, story);
        let founded = |story: StoryId| self.founded[story.0 as usize - 1];
        let merges = self.index.second_look(&grouping.near, story, &founded, document.seen);
        Pushed { story, grouping, merges }
    }

    /// Takes another forest than the built-in one.
    pub fn set_forest(&mut self, forest: std::sync::Arc<super::Forest>) {
        self.index.set_forest(forest);
    }

    /// The index, for its size and for what it would say of a document.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// The index alone, without the numbering.
    pub fn into_index(self) -> Index {
        self.index
    }
}
