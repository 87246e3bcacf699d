//! JSON values of hostile documents: only as much of each is held in memory as reading a feed can need.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Values in one another: an item has a list of authors, which are objects, which have names.
const DEPTH: usize = 4;
/// Members kept of one list or object.
const MEMBERS: usize = 50;

/// A value, cut to size.
#[derive(Debug, Default, PartialEq)]
pub enum Said {
    #[default]
    Nothing,
    True,
    /// Numbers are texts too, because ids are often numbers.
    Text(String),
    List(Vec<Said>),
    Object(Vec<(String, Said)>),
}

impl Said {
    /// What an object says under `key`; the last counts.
    pub fn get(&self, key: &str) -> &Self {
        const NOTHING: &Said = &Said::Nothing;
        let Self::Object(members) = self else { return NOTHING };
        members.iter().rev().find(|(known, _)| known == key).map_or(NOTHING, |(_, said)| said)
    }

    /// A text that says something.
    pub fn text(&self) -> Option<&str> {
        let Self::Text(text) = self else { return None };
        Some(text.trim()).filter(|text| !text.is_empty())
    }

    /// The members of a list; what is no list is a list of one.
    pub fn list(&self) -> &[Self] {
        match self {
            Self::List(members) => members,
            Self::Nothing => &[],
            one => std::slice::from_ref(one),
        }
    }
}

/// Reads a value of which the part down to some depth is wanted.
#[derive(Clone, Copy)]
pub struct Reading(usize);

impl Default for Reading {
    fn default() -> Self {
        Self(DEPTH)
    }
}

impl<'de> DeserializeSeed<'de> for Reading {
    type Value = Said;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Said, D::Error> {
        if self.0 == 0 {
            return deserializer.deserialize_ignored_any(IgnoredAny).map(|_| Said::Nothing);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading {
    type Value = Said;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Said, E> {
        Ok(Said::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Said, E> {
        Ok(Said::Text(text))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Said, E> {
        Ok(Said::Text(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Said, E> {
        Ok(Said::Text(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Said, E> {
        Ok(Said::Text(number.to_string()))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Said, E> {
        Ok(if truth { Said::True } else { Said::Nothing })
    }

    fn visit_unit<E: Error>(self) -> Result<Said, E> {
        Ok(Said::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Said, A::Error> {
        let mut members = Vec::new();
        while members.len() < MEMBERS {
            let Some(member) = list.next_element_seed(Self(self.0 - 1))? else { return Ok(Said::List(members)) };
            members.push(member);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Said::List(members))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Said, A::Error> {
        let mut members = Vec::new();
        while members.len() < MEMBERS {
            let Some(name) = object.next_key()? else { return Ok(Said::Object(members)) };
            members.push((name, object.next_value_seed(Self(self.0 - 1))?));
        }
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Said::Object(members))
    }
}
