! The types of shmkit/kernel.h in Fortran. Field by field as there.
module shmkit_kernel
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int32_t), parameter :: SHMKIT_KERNEL_ABI = 1
  integer(c_int), parameter :: SHMKIT_REDUCTION = 0, SHMKIT_MAP = 1, SHMKIT_GENERATOR = 2, SHMKIT_COMPUTE = 3
  integer(c_int), parameter :: SHMKIT_MERGE = 0, SHMKIT_SUM = 1, SHMKIT_MIN = 2, SHMKIT_MAX = 3

  type, bind(c) :: shmkit_array
    type(c_ptr) :: dtype, data
    integer(c_size_t) :: itemsize
    integer(c_int32_t) :: rank
    type(c_ptr) :: shape, strides
  end type

  type, bind(c) :: shmkit_chunk
    integer(c_int64_t) :: begin, end, count, size
    integer(c_int32_t) :: arrays
    type(shmkit_array) :: array(2), out
    type(c_ptr) :: result, host
  end type

  type, bind(c) :: shmkit_kernel_t
    type(c_ptr) :: name = c_null_ptr, summary = c_null_ptr
    integer(c_int) :: kind = SHMKIT_REDUCTION
    type(c_ptr) :: dtypes = c_null_ptr
    integer(c_int32_t) :: arrays = 1
    type(c_ptr) :: result = c_null_ptr
    integer(c_int32_t) :: results = 1
    integer(c_size_t) :: partial_size = 0
    integer(c_int) :: combine = SHMKIT_MERGE
    type(c_ptr) :: arguments = c_null_ptr
    integer(c_int32_t) :: argument_count = 0
    integer(c_int64_t) :: grain = 0
    type(c_funptr) :: run = c_null_funptr, merge = c_null_funptr, finish = c_null_funptr, items = c_null_funptr
  end type

  type, bind(c) :: shmkit_plugin_t
    integer(c_int32_t) :: abi = SHMKIT_KERNEL_ABI, count = 0
    type(c_ptr) :: kernels = c_null_ptr
  end type
end module
