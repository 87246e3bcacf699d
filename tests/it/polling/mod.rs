//! The manners of polling, point by point (C01 to C56), as an origin sees them: conditional requests, pace, errors,
//! hostile servers, redirects, hygiene, and what the operator is told.

mod clock;
mod daemon;
mod delta;
mod errors;
mod full_text;
mod health;
mod hostile;
mod hygiene;
mod names;
mod pace;
mod redirects;
mod sources;
mod validators;
mod websub;
