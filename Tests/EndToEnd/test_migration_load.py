"""What agents notice of a migration that runs beside them."""
import json

import imported
from dcm import eventually
from delivery import Delivery
from load import Load, Phases, figures, seed
from migration import BOTH
from recorded import drained
from work import accept_for

STRETCH = 3.0


@BOTH
def test_agents_go_on_while_a_migration_runs(place, make_old, store, show):
    """Nothing is lost on any side. How long messages and calls take is printed, without the migration and with it."""
    place = place(store)
    old = make_old(50_000, odd=0, scores=5000)
    server = place.server()
    seeded = seed(server, store)
    drained(server)
    phases = Phases()
    delivery, load = Delivery(server), Load(server, store)
    phases.begin("without")
    accept_for(server, STRETCH)
    phases.begin("with")
    report = place.migrate.apply(old)
    phases.begin("after")
    accept_for(server, STRETCH)
    sent, samples = load.stop(), delivery.stop()
    drained(server)
    show(f"[{store}: 50,000 rows in {json.dumps(report['seconds'])} s beside {len(sent.accepted)} records]")
    show(figures("delivery", phases, samples))
    for kind, title in [("post", "POST"), ("hook", "hook")]:
        show(figures(title, phases, [(at, seconds) for name, at, seconds in sent.times if name == kind]))
    assert report["isVerified"] and not sent.unanswered and not sent.refused, (sent.unanswered[:5], sent.refused)
    assert len(imported.actions(place.contents)) == 50_000
    recorded = {str(id) for (id,) in place.contents.rows("SELECT id FROM actions") if str(id)[14] == "7"}
    accepted = {id for id in sent.accepted.values() if id is not None} | {seeded}
    assert accepted <= recorded
    assert len(recorded) == len(sent.accepted) + 1
