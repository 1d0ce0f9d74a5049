// SPDX-License-Identifier: Apache-2.0
// The Python that runs on a board for a file operation. `$0`, `$1` stand for literals. Small enough for a board with 20
// kB of free memory; names begin with _o, as the program shares its variables with the person at the prompt.
#pragma once

#include <string_view>

namespace hub::workbench::snippets {

/// Sent first, small: `1` for a board that takes blocks, and how it unpacks (1: deflate, 2: zlib). Then such a board
/// runs what it is sent, packed in that way, after its size in two bytes; Ctrl-C is a byte like others meanwhile.
inline constexpr std::string_view loader = R"(import sys,io
def _oi(n):
 try:return __import__(n)
 except ImportError:0
_ok,_oz,_oy,_oq=map(_oi,('micropython','deflate','zlib','select'))
_op=getattr(sys.stdin,'buffer',0)
_or=sys.platform!='ouroboard'and _op and hasattr(_ok,'kbd_intr')and hasattr(_oq,'poll')
print(1 if _or else 0,1 if _oz else 2 if _oy else 0)
if _or:
 _oq=_oq.poll();_oq.register(sys.stdin,1);_ok.kbd_intr(-1)
 try:
  print(end='\6')
  if _oq.poll(5000):
   a,b=_op.read(2);b=_op.read(a+256*b)
   exec(str(_oz.DeflateIO(io.BytesIO(b),1,11).read()if _oz else _oy.decompress(b,-11)if _oy else b,'utf8'))
 finally:_ok.kbd_intr(3)
)";

/// Hashes, and what a file is written with. A file that was left open by an earlier run is closed first: LittleFS would
/// write it over ours. Without hashlib a CRC stands in.
inline constexpr std::string_view helpers = R"(import os,io,gc,sys,binascii
try:_of.close()
except:pass
_of=None
try:from hashlib import sha256 as _oh
except ImportError:
 class _oh:
  c=0
  def update(s,b):s.c=binascii.crc32(b,s.c)
  def digest(s):return (s.c&0xffffffff).to_bytes(4,'big')
def _ox(s):return binascii.hexlify(s.digest()).decode()
def _od(p):
 s=_oh();b=bytearray(512);m=memoryview(b)
 with open(p,'rb') as f:
  while 1:
   n=f.readinto(b)
   if not n:return _ox(s)
   s.update(m[:n])
def _ow(t,b):
 global _of
 if not _of:_of=open(t,'wb')
 while b:b=b[_of.write(b):]
def _om(t,p):
 try:os.rename(t,p)
 except OSError as e:
  if e.args[0]!=17:raise
  os.remove(p);os.rename(t,p)
def _oe(t,p,h):
 global _of
 _of.close();_of=None
 if not _od(t).startswith(h):raise OSError(5)
 _om(t,p);print(end='.')
def _oc(t):
 global _of
 if _of:_of.close();_of=None
 try:os.remove(t)
 except OSError:pass
gc.collect()
)";

/// How long a hash is, whether there is a CRC-32, how many bytes memory takes at once, the bits of a window that it
/// takes beside that, how much is free, the version of its .mpy files, whether all files are read-only, and what it is.
inline constexpr std::string_view about = R"(try:
 import storage
 _or=1 if storage.getmount('/').readonly else 0
except ImportError:_or=0
_ou=gc.mem_free();_os=4096 if _ou>65000 else 2048 if _ou>32000 else 1024 if _ou>16000 else 512
_ot=15 if _ou>150000 else 14 if _ou>100000 else 12 if _ou>50000 else 10 if _ou>20000 else 9
_ov=sys.implementation;_og=getattr(_ov,'_mpy',0)
print(len(_oh().digest()),1 if hasattr(binascii,'crc32')else 0,_os,_ot,_ou,_og,_or,_ov.name,sys.platform)
)";

/// Follows `helpers` and `about` where blocks are not taken: what a literal may be. `$0` has all bytes.
inline constexpr std::string_view literals = R"(try:import deflate
except ImportError:deflate=None
def _ol(b,z):return deflate.DeflateIO(io.BytesIO(b),deflate.RAW,12).read()if z else b
print(1 if deflate else 0,1 if $0==bytes(range(256)) else 0)
)";

/// Takes blocks, see BlockLink; follows `loader`, `helpers` and `about`.
/// A block is code and what the code works with, `_ob`. Each is answered before the next one comes.
inline constexpr std::string_view receiver = R"(import struct
_ov=getattr(binascii,'crc32',None)or(lambda b:sum(b))
def _ol():
 global _ob
 W=_os+64;w=memoryview(bytearray(W));h=bytearray(15);g=memoryview(h);e=0
 if _oz:
  p=memoryview(bytearray(_os));s=io.BytesIO(bytes(W+16));s.seek(W+16);z=_oz.DeflateIO(s,1,_ot)
 def u(n,m):
  if not _oz:return memoryview(_oy.decompress(bytes(w[:n]),-15))
  r=s.read();a=W+16-len(r)-n
  s.seek(a);s.write(r);s.write(w[:n]);s.seek(a)
  if z.readinto(p[:m])!=m:raise OSError(5)
  return p
 print(end='\6@')
 while 1:
  k=0
  while k<15 and _oq.poll(300 if k else 5000):
   _op.readinto(g[k:k+1]);k+=1
  if not k or k<15 and 3 in h[:k]:return
  t=0
  if k==15 and(sum(h[:14])+90)&255==h[14]:
   q,f,o,n,m,c,x,k=struct.unpack('<BBHHHHIB',h)
   if not f:return
   if o+n<=W and c<=m<=W:
    _op.readinto(w[o:o+n]);t=_ov(w[o:o+n])&0xffffffff==x
  if not t:
   while _oq.poll(100):_op.readinto(g[:1])
   print(end='\x15'+chr(65+e));continue
  if q==e:
   if f&2:
    try:
     b=u(o+n,m)if f&4 else w
     _ob=b[c:m];exec(str(b[:c],'utf8'),globals())
    except Exception as x:print(end='\x1a%s: %s'%(type(x).__name__,x))
   e=(e+1)&15
  print(end='\6'+chr(65+q))
try:_ol()
finally:
 _ob=None
 if _of:_of.close();_of=None
)";

inline constexpr std::string_view list = R"(import os
p=$0
b=p.rstrip('/')
for n in sorted(os.listdir(p or os.getcwd())):
 s=os.stat(b+'/'+n if p else n);print(repr(n),1 if s[0]&0xf000==0x4000 else 0,s[6])
)";

inline constexpr std::string_view walk = R"(import os
def _ok(p,r):
 for n in sorted(os.listdir(p)):
  q=p.rstrip('/')+'/'+n
  s=os.stat(q);d=s[0]&0xf000==0x4000
  print(repr(r+n),1 if d else 0,s[6])
  if d:_ok(q,r+n+'/')
_ok($0 or os.getcwd(),'')
)";

inline constexpr std::string_view look = R"(import os
try:
 s=os.stat($0 or os.getcwd());print(repr(''),1 if s[0]&0xf000==0x4000 else 0,s[6])
except OSError as e:
 if e.args[0]not in(2,19):raise
)";

inline constexpr std::string_view space = R"(import os
s=os.statvfs($0 or os.getcwd());print(s[1]*s[2],s[1]*s[3])
)";

inline constexpr std::string_view sha256 = "print(_od($0))\n";

/// Lines of base64, and the hash at the end.
inline constexpr std::string_view read = R"(s=_oh()
with open($0,'rb') as f:
 while 1:
  b=f.read(768)
  if not b:break
  s.update(b);print(binascii.b2a_base64(b).decode(),end='')
print('='+_ox(s))
)";

/// Where bytes come through as they are: those that mean something on the way, as 5 and themselves + 64.
inline constexpr std::string_view read_bytes = R"(s=_oh();o=sys.stdout.buffer
with open($0,'rb') as f:
 while 1:
  b=f.read(768)
  if not b:break
  s.update(b)
  for c in(5,3,4,6,17,19,21,26,30):b=b.replace(bytes([c]),bytes([5,c+64]))
  while b:b=b[o.write(b):]
print(end='\5='+_ox(s))
)";

/// All bytes but those, which are dots.
inline constexpr std::string_view all_bytes = R"(b=bytearray(range(256))
for c in(5,3,4,6,17,19,21,26,30):b[c]=46
sys.stdout.buffer.write(b)
)";

/// `$0` is a list of (path, size, first digits of the hash); prints the places of those that differ with the sizes that
/// they have or -1, and at the end how many there are and the sum of all that.
inline constexpr std::string_view compare = R"(c=d=0
for i,(p,n,h) in enumerate($0):
 z=-1
 try:
  s=os.stat(p)
  if s[0]&0xf000!=0x4000:
   z=s[6]
   if z==n and _od(p).startswith(h):continue
 except OSError:pass
 print(i,z);c+=1;d+=i+z
print(-1-c,d)
)";

inline constexpr std::string_view remove = "import os\nos.remove($0)\n";

inline constexpr std::string_view remove_all = R"(import os
def _or(p):
 if os.stat(p)[0]&0xf000==0x4000:
  for n in os.listdir(p):_or(p.rstrip('/')+'/'+n)
  os.rmdir(p)
 else:os.remove(p)
_or($0)
)";

inline constexpr std::string_view make_folder = "import os\nos.mkdir($0)\n";

/// `$0` is a list.
inline constexpr std::string_view make_folders = R"(import os
for p in $0:
 try:os.mkdir(p)
 except OSError:
  if os.stat(p)[0]&0xf000!=0x4000:raise OSError(20)
)";

inline constexpr std::string_view remove_folder = "import os\nos.rmdir($0)\n";

inline constexpr std::string_view move = R"(import os
f=$0;t=$1
try:
 if os.stat(t)[0]&0xf000==0x4000:t=t.rstrip('/')+'/'+f.rstrip('/').split('/')[-1]
except OSError:pass
os.rename(f,t)
)";

inline constexpr std::string_view copy = R"(b=bytearray(512);m=memoryview(b)
with open($0,'rb') as f:
 with open($2,'wb') as t:
  while 1:
   n=f.readinto(b)
   if not n:break
   t.write(m[:n])
if _od($0)!=_od($2):raise OSError(5)
_om($2,$1)
)";

inline constexpr std::string_view touch = "open($0,'ab').close()\n";

} // namespace hub::workbench::snippets
