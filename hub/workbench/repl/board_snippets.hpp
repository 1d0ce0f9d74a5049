// SPDX-License-Identifier: Apache-2.0
// The Python that runs on a board for a file operation. `$0`, `$1` stand for literals. Small enough for a board with 20
// kB of free memory; names begin with _o, as the program shares its variables with the person at the prompt.
#pragma once

#include <string_view>

namespace hub::workbench::snippets {

/// Sent once: hashes, and what a file is written with. Prints what this board can do: deflate, all bytes in a literal,
/// and how much memory is free. A file that was left open by an earlier run is closed first: LittleFS would write it
/// over ours.
inline constexpr std::string_view helpers = R"(import os,io,gc,binascii
try:_of.close()
except:pass
_of=None
from hashlib import sha256 as _oh
try:import deflate
except ImportError:deflate=None
def _ox(s):return binascii.hexlify(s.digest()).decode()
def _od(p):
 s=_oh();b=bytearray(512);m=memoryview(b)
 with open(p,'rb') as f:
  while 1:
   n=f.readinto(b)
   if not n:return _ox(s)
   s.update(m[:n])
def _ow(t,b,z=0):
 global _of
 if not _of:_of=open(t,'wb')
 if z:b=deflate.DeflateIO(io.BytesIO(b),deflate.RAW,12).read()
 while b:b=b[_of.write(b):]
def _om(t,p):
 try:os.rename(t,p)
 except OSError as e:
  if e.args[0]!=17:raise
  os.remove(p);os.rename(t,p)
def _oe(t,p,h):
 global _of
 _of.close();_of=None
 if _od(t)!=h:raise OSError(5)
 _om(t,p);print(end='.')
def _oc(t):
 global _of
 if _of:_of.close();_of=None
 try:os.remove(t)
 except OSError:pass
gc.collect()
print(1 if deflate else 0,1 if $0==bytes(range(256)) else 0,gc.mem_free())
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

inline constexpr std::string_view read = R"(s=_oh()
with open($0,'rb') as f:
 while 1:
  b=f.read(768)
  if not b:break
  s.update(b);print(binascii.b2a_base64(b).decode(),end='')
print('='+_ox(s))
)";

/// `$0` is a list of (path, size, first digits of the hash); prints the places of those that differ.
inline constexpr std::string_view differing = R"(for i,(p,n,h) in enumerate($0):
 try:
  s=os.stat(p)
  if s[0]&0xf000!=0x4000 and s[6]==n and _od(p).startswith(h):continue
 except OSError:pass
 print(i)
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
