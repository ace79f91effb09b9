"""What leaks."""


class Session:
    def __init__(self, number):
        self.user = "user-%d" % number
        self.data = bytes(300) + b"%d" % number


class Node:
    def __init__(self, following):
        self.following = following
        self.text = "text-%d" % id(self)


class Order:
    def __init__(self, number):
        self.number = number
        self.lines = [Line(self, i) for i in range(3)]


class Line:
    def __init__(self, order, number):
        self.order = order
        self.item = "item-%d-%d" % (order.number, number)
