//! The program's commands for those who operate it, run as they run them.

mod doctor;
mod installation;
mod moving;
mod postgres;
