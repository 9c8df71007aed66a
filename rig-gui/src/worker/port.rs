//! An update over a real port, on the clock of the wall.

use std::cell::RefCell;
use std::time::Duration;

use bridge::bench::Told;
use bridge::drive::{Clock, StopSignal, drive_faulted};
use bridge::engine::Engine;
use bridge::inject::Injector;
use bridge::link::{self, available_ports, resolve};
use bridge::trouble::Trouble;
use fixtures::rng::Seed;
use tokio::runtime;

use super::Arming;
use super::outbox::Outbox;
use super::prepare::{line_settings, make_job};
use super::run::Order;

/// So often the panel hears the time while nothing happens on the line.
const TIME_EVERY: Duration = Duration::from_millis(100);

/// Updates the host behind the port of the setup.
///
/// # Errors
/// What kept the update from beginning. Once it has begun, the verdict goes to the outbox.
pub(super) fn run_port(
    order: &mut Order,
    stop: StopSignal,
    outbox: &mut Outbox,
) -> Result<(), Trouble> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Trouble::new(
                "No runtime could be made",
                error.to_string(),
                "The system has no more threads or files to give.",
                "Close other programs, then start again.",
            )
        })?;
    let faults = std::mem::take(&mut order.faults);
    let order = &*order;
    runtime.block_on(async {
        let setup = &order.setup;
        let line = line_settings(setup);
        let address = resolve(setup.port.trim(), &available_ports())?;
        let rate = address.rate(&line, setup.states_rate());
        let prepared = make_job(setup, order.seed, rate)?;
        let port = link::open(&address, &line).await?;
        outbox.notes(prepared.notes);
        let engine = Engine::new(prepared.job);
        let mut injector = Injector::new(setup.dialect, rate, Seed(order.seed).split("line"));
        for arming in faults {
            arm(&mut injector, arming, outbox);
        }
        let outbox = RefCell::new(outbox);
        let more = |injector: &mut Injector| {
            while let Ok(arming) = order.more_faults.try_recv() {
                arm(injector, arming, &mut outbox.borrow_mut());
            }
        };
        let tell = |told: &Told<'_>| outbox.borrow_mut().told(told);
        let update = drive_faulted(engine, port, injector, tell, more, stop);
        tokio::select! {
            _verdict = update => Ok(()),
            never = tell_time(&outbox) => never,
        }
    })
}

fn arm(injector: &mut Injector, (id, when, fault): Arming, outbox: &mut Outbox) {
    if let Err(error) = injector.arm(Some(when), fault) {
        outbox.refused(id, error.to_string());
    }
}

/// Tells the time for ever.
async fn tell_time(outbox: &RefCell<&mut Outbox>) -> Result<(), Trouble> {
    let clock = Clock::start();
    loop {
        tokio::time::sleep(TIME_EVERY).await;
        outbox.borrow_mut().time(clock.now());
    }
}
