"""A film of a child's card, as a camera without a lens gives it to Chromium."""

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

WIDTH, HEIGHT = 640, 480
# Of one square of the code, in pixels.
SQUARE = 10


def film(path, text):
    """Write a film in which this QR code is held before the camera (YUV4MPEG2)."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    size = code.getModuleCount()
    left, top = (WIDTH - size * SQUARE) // 2, (HEIGHT - size * SQUARE) // 2
    light = [bytearray(b"\xeb" * WIDTH) for _row in range(HEIGHT)]
    for y in range(size):
        for x in range(size):
            if code.isDark(y, x):
                for row in range(SQUARE):
                    start = left + x * SQUARE
                    line = light[top + y * SQUARE + row]
                    line[start : start + SQUARE] = b"\x10" * SQUARE
    colours = b"\x80" * (WIDTH * HEIGHT // 2)
    frame = b"FRAME\n" + b"".join(light) + colours
    header = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(header + frame * 10)
