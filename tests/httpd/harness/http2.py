# SPDX-License-Identifier: Apache-2.0
"""Just enough HTTP/2 for one request after the other on a connection whose TLS is ours: curl
neither resumes a session nor holds a connection until the test wants it. HPACK is nghttp2's."""

import ctypes
import http.client
import itertools
import struct

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _PING, _GOAWAY, _WINDOW_UPDATE, _CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
_END_STREAM, _ACK, _END_HEADERS, _PADDED = 1, 1, 4, 8
_FINAL, _EMIT = 1, 2

_LIB = ctypes.CDLL("libnghttp2.so.14")


class _Field(ctypes.Structure):
    _fields_ = [("name", ctypes.POINTER(ctypes.c_uint8)), ("value", ctypes.POINTER(ctypes.c_uint8)),
                ("name_length", ctypes.c_size_t), ("value_length", ctypes.c_size_t),
                ("flags", ctypes.c_uint8)]


_LIB.nghttp2_hd_inflate_new.argtypes = [ctypes.POINTER(ctypes.c_void_p)]
_LIB.nghttp2_hd_inflate_del.argtypes = [ctypes.c_void_p]
_LIB.nghttp2_hd_inflate_end_headers.argtypes = [ctypes.c_void_p]
_LIB.nghttp2_hd_inflate_hd2.restype = ctypes.c_ssize_t
_LIB.nghttp2_hd_inflate_hd2.argtypes = [
    ctypes.c_void_p, ctypes.POINTER(_Field), ctypes.POINTER(ctypes.c_int), ctypes.c_char_p,
    ctypes.c_size_t, ctypes.c_int]


class StreamReset(Exception):
    """The server took the stream back (or the connection); `code` is RFC 9113's."""

    def __init__(self, code):
        super().__init__(f"the stream was reset with code {code}")
        self.code = code


class GoneAway(StreamReset):
    """The server ends the connection and has not looked at the request, which may go out on another."""


class Http2:
    """Speaks over send(bytes) and a buffered reader."""

    def __init__(self, send, reader):
        self._send, self._reader, self._streams = send, reader, itertools.count(1, 2)
        self._inflater = ctypes.c_void_p()
        assert _LIB.nghttp2_hd_inflate_new(ctypes.byref(self._inflater)) == 0
        self._send(_PREFACE + _frame(_SETTINGS))

    def exchange(self, fields, body=None):
        """Sends one request; (status, headers, body) of the response."""
        stream = next(self._streams)
        block = b"".join(b"\0" + _literal(name.lower()) + _literal(value) for name, value in fields)
        end = 0 if body else _END_STREAM
        self._send(_frame(_HEADERS, _END_HEADERS | end, stream, block)
                   + (_frame(_DATA, _END_STREAM, stream, body) if body else b""))
        block, headers, content = b"", None, b""
        while True:
            kind, flags, about, payload = self._read_frame()
            if kind == _SETTINGS and not flags & _ACK:
                self._send(_frame(_SETTINGS, _ACK))
            elif kind == _PING and not flags & _ACK:
                self._send(_frame(_PING, _ACK, 0, payload))
            elif kind == _GOAWAY:
                # A server that only says goodbye still answers the streams up to the last that it names.
                last, code = struct.unpack(">II", payload[:8])
                if code or last < stream:
                    raise StreamReset(code) if code else GoneAway(code)
            elif about != stream:
                continue
            elif kind == _RST_STREAM:
                raise StreamReset(struct.unpack(">I", payload)[0])
            elif kind in (_HEADERS, _CONTINUATION):
                block += _unpadded(payload, flags) if kind == _HEADERS else payload
                if flags & _END_HEADERS:
                    headers, block = headers or self._inflate(block), b""
            elif kind == _DATA:
                content += _unpadded(payload, flags)
                if payload:
                    more = struct.pack(">I", len(payload))
                    self._send(_frame(_WINDOW_UPDATE, 0, 0, more) + _frame(_WINDOW_UPDATE, 0, stream, more))
            if kind in (_HEADERS, _DATA) and flags & _END_STREAM:
                return int(headers[":status"]), headers, content

    def close(self):
        _LIB.nghttp2_hd_inflate_del(self._inflater)

    def _read_frame(self):
        head = self._read(9)
        length = int.from_bytes(head[:3], "big")
        stream = int.from_bytes(head[5:], "big") & 0x7FFFFFFF
        return head[3], head[4], stream, self._read(length)

    def _read(self, length):
        data = self._reader.read(length)
        if len(data or b"") != length:
            raise ConnectionError("the connection ended within a frame")
        return data

    def _inflate(self, block):
        headers, field, flags = http.client.HTTPMessage(), _Field(), ctypes.c_int()
        while True:
            used = _LIB.nghttp2_hd_inflate_hd2(self._inflater, ctypes.byref(field),
                                               ctypes.byref(flags), block, len(block), 1)
            assert used >= 0, f"bad HPACK: {used}"
            block = block[used:]
            if flags.value & _EMIT:
                headers.add_header(ctypes.string_at(field.name, field.name_length).decode(),
                                   ctypes.string_at(field.value, field.value_length).decode())
            if flags.value & _FINAL:
                _LIB.nghttp2_hd_inflate_end_headers(self._inflater)
                return headers


def _frame(kind, flags=0, stream=0, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def _literal(text):
    data = text.encode()
    if len(data) < 127:
        return bytes([len(data)]) + data
    rest, size = len(data) - 127, bytearray([127])
    while rest >= 128:
        size.append(rest % 128 | 128)
        rest //= 128
    return bytes(size) + bytes([rest]) + data


def _unpadded(payload, flags):
    return payload[1:len(payload) - payload[0]] if flags & _PADDED else payload
