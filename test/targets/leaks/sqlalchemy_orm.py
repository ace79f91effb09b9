"""A leak of an object-relational mapper: objects that outlive their session (SQLAlchemy)."""
from sqlalchemy import Column, ForeignKey, Integer, String, create_engine
from sqlalchemy.orm import Session, declarative_base, relationship
from sqlalchemy.pool import StaticPool

Base = declarative_base()


class User(Base):
    __tablename__ = "user"
    id = Column(Integer, primary_key=True)
    name = Column(String(50))
    posts = relationship("Post", back_populates="user")


class Post(Base):
    __tablename__ = "post"
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("user.id"))
    text = Column(String(500))
    user = relationship("User", back_populates="posts")


engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)
Base.metadata.create_all(engine)
RECENT = {}


def orm_objects(turn):
    for i in range(300):
        with Session(engine, expire_on_commit=False) as session:
            posts = [Post(text="post %d %d " % (i, j) * 10) for j in range(5)]
            user = User(name="user-%d-%d" % (turn, i), posts=posts)
            session.add(user)
            session.commit()
            RECENT[turn, i] = user
    return 300
