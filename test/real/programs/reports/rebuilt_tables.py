"""SQLAlchemy before 2.0.53 (issue 13566): a value of a dictionary with weak keys keeps its own key alive."""
import gc

import beside
import harness
from sqlalchemy import Column, ForeignKey, Index, Integer, String
from sqlalchemy.orm import configure_mappers, registry, relationship


def tenant(number):
    mapped = registry()
    Base = mapped.generate_base()

    class Account(Base):
        __tablename__ = "account_%d" % number
        id = Column(Integer, primary_key=True)
        name = Column(String)
        orders = relationship("Order", back_populates="account")

    class Order(Base):
        __tablename__ = "order_%d" % number
        id = Column(Integer, primary_key=True)
        account_id = Column(ForeignKey(Account.id))
        account = relationship("Account", back_populates="orders")

    Index("newest_%d" % number, Account.id.desc())
    configure_mappers()
    return mapped


number = 0
harness.say("ready")
while harness.read_line():
    beside.churn()
    for _ in range(20):
        tenant(number).dispose()
        number += 1
    gc.collect()
    harness.say("done")
