"""pyserial before 3.5 (issue 437): one instance of an exception is raised each time, and its traceback grows."""
import beside
import harness
import serial

port = serial.Serial()


def send(command):
    try:
        port.write(command)
    except serial.SerialException:
        return False
    return True


def poll(number):
    command = b"READ %d\r\n" % number * 20
    return send(command)


harness.say("ready")
while harness.read_line():
    beside.churn()
    for number in range(3000):
        poll(number)
    harness.say("done")
