// SPDX-License-Identifier: Apache-2.0
// The Python that gives a board the folder of this machine: MountFolder has the requests.
#pragma once

#include <string_view>

namespace hub::workbench {

/// Mounts /remote and goes there. A request is made with Ctrl-C held back: one that comes meanwhile is raised after it.
inline constexpr std::string_view mount_snippet = R"(import os,io,sys,json,binascii
try:from vfs import mount as _mm,umount as _mu
except ImportError:_mm=os.mount;_mu=os.umount
try:
 import select;_mp=select.poll();_mp.register(sys.stdin,1)
except Exception:_mp=None
try:from micropython import kbd_intr as _mk
except ImportError:
 def _mk(c):pass
_mn=0
def _mq(*a):
 global _mn
 _mn+=1;k=0;s=''
 _mk(-1)
 try:
  sys.stdout.write('\x18'+json.dumps([_mn]+list(a))+'\n')
  while 1:
   if _mp and not _mp.poll(10000):raise OSError(110)
   c=sys.stdin.read(1)
   if c=='\x03':k=1
   elif c!='\r' and c!='\n':s+=c
   elif s:
    r=s;s=''
    if r[0]=='[':
     r=json.loads(r)
     if r[0]==_mn:break
 finally:_mk(3)
 if k:raise KeyboardInterrupt
 if r[1]<0:raise OSError(-r[1])
 return r[2:]
class _MF(io.IOBase):
 def __init__(s,p,m):
  s.p=p;s.o=0;s.b=b'';s.t='b'not in m
  if 'w'in m:_mq('new',p);return
  try:r=_mq('stat',p)
  except OSError as e:
   if 'a'not in m or e.args[0]!=2:raise
   _mq('new',p);return
  if r[0]&0x4000:raise OSError(21)
  if 'a'in m:s.o=r[1]
 def _f(s):
  d=binascii.a2b_base64(_mq('read',s.p,s.o+len(s.b),$0)[0])
  s.b+=d
  return len(d)
 def _g(s,n):
  d=s.b[:n];s.b=s.b[n:];s.o+=len(d)
  return d
 def _x(s,d):
  while s.t:
   try:return str(d,'utf8')
   except UnicodeError:
    if not s.b and not s._f():raise
    d+=s._g(1)
  return d
 def _r(s,n):
  while n<0 or len(s.b)<n:
   if not s._f():break
  return s._g(len(s.b)if n<0 else n)
 def read(s,n=-1):
  if n is None:n=-1
  if n<0 or not s.t:return s._x(s._r(n))
  r=''
  while len(r)<n:
   d=s._r(n-len(r))
   if not d:break
   r+=s._x(d)
  return r
 def readinto(s,b):
  while not s.b and s._f():pass
  d=s._g(len(b));b[:len(d)]=d
  return len(d)
 def readline(s,n=-1):
  while b'\n'not in s.b and s._f():pass
  i=s.b.find(b'\n')
  return s._x(s._g(i+1 if i>=0 else len(s.b)))
 def readlines(s):return list(s)
 def __iter__(s):return s
 def __next__(s):
  l=s.readline()
  if l:return l
  raise StopIteration
 def write(s,d):
  b=d.encode()if isinstance(d,str)else bytes(d)
  s.b=b''
  for i in range(0,len(b),360):
   _mq('write',s.p,s.o,binascii.b2a_base64(b[i:i+360])[:-1].decode());s.o+=len(b[i:i+360])
  return len(d)
 def seek(s,o,w=0):
  if w==1:o+=s.o
  if w==2:o+=_mq('stat',s.p)[1]
  s.o=o;s.b=b''
  return o
 def tell(s):return s.o
 def flush(s):pass
 def close(s):pass
 def ioctl(s,r,a):return 0
 def __enter__(s):return s
 def __exit__(s,*a):pass
class _MV:
 def __init__(s):s.d=''
 def _p(s,p):
  r=[]
  for x in(p if p[:1]=='/'else s.d+'/'+p).split('/'):
   if x=='..':r=r[:-1]
   elif x and x!='.':r.append(x)
  return '/'.join(r)
 def mount(s,r,k):pass
 def umount(s):pass
 def chdir(s,p):
  p=s._p(p)
  if p and not _mq('stat',p)[0]&0x4000:raise OSError(20)
  s.d=p and '/'+p
 def getcwd(s):return s.d or '/'
 def stat(s,p):
  m,z,t=_mq('stat',s._p(p))
  return(m,0,0,0,0,0,z,t,t,t)
 def statvfs(s,p):
  b,n,f=_mq('space')
  return(b,b,n,f,f,0,0,0,0,255)
 def open(s,p,m):return _MF(s._p(p),m)
 def ilistdir(s,p):
  p=s._p(p);i=0
  while 1:
   l,i=_mq('ls',p,i)
   for n,m,z in l:yield(n,m,0,z)
   if not i:return
 def remove(s,p):_mq('rm',s._p(p))
 def mkdir(s,p):_mq('mkdir',s._p(p))
 def rmdir(s,p):_mq('rmdir',s._p(p))
 def rename(s,p,q):_mq('mv',s._p(p),s._p(q))
_mc=os.chdir
_mo=os.getcwd()
if _mo[:7]=='/remote':_mo='/'
os.chdir('/')
try:_mu('/remote')
except OSError:pass
_mm(_MV(),'/remote')
os.chdir('/remote')
)";

/// Back to where the board was. It imports nothing: that would be looked for in the folder.
inline constexpr std::string_view unmount_snippet = "_mc(_mo)\n_mu('/remote')\n";

} // namespace hub::workbench
