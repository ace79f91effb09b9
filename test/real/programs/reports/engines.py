"""opentelemetry-instrumentation-sqlalchemy 0.37b0 (issue 1761): what is to be uninstrumented keeps each engine."""
import beside
import harness
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor

SQLAlchemyInstrumentor().instrument()
from sqlalchemy import create_engine, text


def query(tenant):
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT :tenant"), {"tenant": tenant}).fetchall()
    engine.dispose()
    return rows


harness.say("ready")
while harness.read_line():
    beside.churn()
    for number in range(60):
        query("tenant %d" % number)
    harness.say("done")
