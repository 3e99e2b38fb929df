//! The decisions of one anchor, and of four together.

mod desk;
mod proposing;
mod schedules;
mod settling;
mod signing;
mod voting;
